import { startSimulator } from '../../simulator/src/simulator.js';

/** The upstream of the benchmark: 60 frames in 6 writes, encoded once, nothing recorded. */
const simulator = await startSimulator({
  ledger: 'counters',
  scripts: [
    {
      name: 'stream',
      standing: true,
      match: { stream: true },
      answer: answer('stream'),
      // Tokens arrive one after the other: six writes that do not melt into one read.
      delivery: { framesPerWrite: 10, betweenFramesMs: 0.2 },
    },
    {
      name: 'dead',
      standing: true,
      match: { provider: 'dead' },
      answer: { kind: 'status', status: 500 },
    },
    { name: 'plain', standing: true, match: { stream: false }, answer: answer('whole') },
  ],
});
process.send?.({ type: 'ready', url: simulator.url });
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));

function answer(respondAs: 'stream' | 'whole') {
  return {
    kind: 'message',
    id: 'chatcmpl-bench',
    model: 'bench',
    respondAs,
    content: [{ type: 'text', text: 'The quick brown fox, line by line. '.repeat(56), pieces: 56 }],
    usage: { input: 12_000, output: 450, cacheRead: 11_000 },
  } as const;
}
