import { describe, expect, it } from '@jest/globals';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { registerTotalCount } from './total-count.js';

describe('x-total-count', () => {
  it.each<[string, (reply: { header(name: string, value: number): unknown }) => unknown, string | undefined]>(
    [
      ['says how long a bare array is', () => [1, 2, 3], '3'],
      ['says so of an empty one', () => [], '0'],
      [
        'leaves the count of a handler that cuts pages',
        (reply) => (reply.header('x-total-count', 70), [1, 2]),
        '70',
      ],
      ['is not there for other answers', () => ({ data: [1], total: 1 }), undefined],
    ],
  )('%s', async (_, answer, expected) => {
    const app = new FastifyAdapter().getInstance<FastifyInstance>();
    registerTotalCount(app);
    app.get('/', (_request, reply) => reply.send(answer(reply)));
    expect((await app.inject('/')).headers['x-total-count']).toBe(expected);
    await app.close();
  });
});
