import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, ValidateNested } from 'class-validator';
import 'reflect-metadata';
import { ValidationFailedError, type FieldProblem } from '../errors/caller-errors.js';
import { createValidationPipe } from './validation-pipe.js';

class Inner {
  @IsInt() @Max(5) count: number;
}

class Outer {
  @IsString() name: string;
  @ValidateNested({ each: true }) @Type(() => Inner) inner: Inner[];
}

async function problemsOf(body: unknown): Promise<Pick<FieldProblem, 'pointer' | 'code'>[]> {
  try {
    await createValidationPipe().transform(body, { type: 'body', metatype: Outer });
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    return error.errors.map(({ pointer, code }) => ({ pointer, code }));
  }
}

describe('bodies of the admin API', () => {
  it('pass when they are right', async () => {
    await expect(problemsOf({ name: 'a', inner: [{ count: 5 }] })).resolves.toEqual([]);
  });

  it.each<[string, unknown, [string, string][]]>([
    ['a wrong type', { name: 1, inner: [] }, [['/name', 'is_string']]],
    ['an unknown field', { name: 'a', inner: [], is_admin: true }, [['/is_admin', 'unknown_field']]],
    ['a field with odd characters', { name: 'a', inner: [], 'a/b~c': 1 }, [['/a~1b~0c', 'unknown_field']]],
    ['something wrong deep inside', { name: 'a', inner: [{ count: 1 }, { count: 6, x: 1 }] }, [['/inner/1/x', 'unknown_field'], ['/inner/1/count', 'max']]],
    ['a field missing', { inner: [] }, [['/name', 'is_string']]],
  ])('are refused with %s, all problems at once', async (_, body, problems) => {
    await expect(problemsOf(body)).resolves.toEqual(problems.map(([pointer, code]) => ({ pointer, code })));
  }); // prettier-ignore

  it.each([[[]], ['text'], [null], [7]])('are refused when they are %j', async (body) => {
    expect((await problemsOf(body)).length).toBeGreaterThan(0);
  });
});
