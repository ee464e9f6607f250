import { describe, expect, it } from '@jest/globals';
import { CreateApiKeyDto, PagingQueryDto, UpdateApiKeyDto } from '@ccs/dto';
import { IsHexColor, Length } from 'class-validator';
import { fieldSchemas } from './dto-schema.js';

class Painted {
  @IsHexColor() colour: string;
  @Length(2, 5) code: string;
}

describe('the schema of a DTO', () => {
  it.each([
    ['name', { type: 'string', pattern: '\\S', maxLength: 100, required: true }],
    ['email', { type: 'string', format: 'email', maxLength: 320, nullable: true, required: false }],
    ['user_id', { type: 'integer', minimum: 1, maximum: 2 ** 31 - 1, required: false }],
    ['is_active', { type: 'boolean', required: false }],
    ['expires_at', { type: 'string', format: 'date-time', nullable: true, required: false }],
    ['budget_day_usd', { type: 'number', minimum: 0, maximum: 1_000_000, nullable: true, required: false }],
    ['rpm', { type: 'integer', minimum: 1, maximum: 1_000_000, nullable: true, required: false }],
  ])('shows all rules of %s', (field, schema) => {
    expect(fieldSchemas(CreateApiKeyDto).get(field)).toEqual(schema);
  });

  it('shows the rules of a list and of what is in it', () => {
    expect(fieldSchemas(UpdateApiKeyDto).get('allowed_models')).toEqual({
      type: 'array',
      maxItems: 200,
      items: { type: 'string', maxLength: 200, pattern: '^\\S(.*\\S)?$' },
      nullable: true,
      required: false,
    });
    expect(fieldSchemas(UpdateApiKeyDto).get('ip_allowlist')).toMatchObject({
      items: { description: expect.stringContaining('10.0.0.0/8') },
    });
  });

  it('shows the numbers of a query as numbers', () => {
    expect(fieldSchemas(PagingQueryDto).get('limit')).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      required: false,
    });
  });

  it('says in words what JSON schema has no word for', () => {
    expect(fieldSchemas(Painted).get('colour')).toEqual({
      description: expect.stringContaining('hexadecimal'),
      required: true,
    });
    expect(fieldSchemas(Painted).get('code')).toEqual({ minLength: 2, maxLength: 5, required: true });
  });
});
