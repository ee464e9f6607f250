import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { StatsAnswer, Timeseries } from '@ccs/dto';

/** The answer as JSON, line by line: a chart of hours has megabytes, and calls are answered on the same thread. */
export async function* chartPieces({ data, ...answer }: StatsAnswer<Timeseries>): AsyncGenerator<string> {
  const { series, ...rest } = data;
  // Without its last two braces.
  yield `${JSON.stringify({ ...answer, data: rest }).slice(0, -2)},"series":[`;
  for (const [index, line] of series.entries()) {
    await turnOfOthers();
    yield `${index === 0 ? '' : ','}${JSON.stringify(line)}`;
  }
  yield ']}}';
}
