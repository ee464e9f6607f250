import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';

/** Of the repository; the compiled benchmark lies four folders below it. */
export const root = resolve(import.meta.dirname, '../../../..');

/** Figures to the right, the first `textColumns` to the left. */
export function printTable(
  head: readonly string[],
  lines: readonly (readonly string[])[],
  textColumns: number,
): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [head, widths.map((width) => '-'.repeat(width)), ...lines]) {
    const cells = line.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column < textColumns ? cell.padEnd(width) : cell.padStart(width);
    });
    console.log(cells.join('  '));
  }
}

/** Writes `bench/results/<time>.json` with the machine's kind and says where it is. */
export async function writeResults(setting: object, rows: readonly object[]): Promise<void> {
  const directory = join(root, 'bench/results');
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  await writeFile(file, JSON.stringify({ setting: { ...setting, ...machine }, rows }, null, 2));
  console.log(`\n${file}`);
}
