import { Module } from '@nestjs/common';
import { TokenEstimates } from '../tokens/token-estimates.js';
import { FactorTeacher } from './factor-teacher.js';
import { TokenCounter } from './token-counter.js';

@Module({
  providers: [
    TokenCounter,
    // Pure, so that it has no decorator of its own; one for the process.
    { provide: TokenEstimates, useFactory: () => new TokenEstimates() },
    {
      provide: FactorTeacher,
      inject: [TokenCounter, TokenEstimates],
      useFactory: (counter: TokenCounter, estimates: TokenEstimates) => new FactorTeacher(counter, estimates),
    },
  ],
  exports: [TokenCounter, TokenEstimates, FactorTeacher],
})
export class TokenizerModule {}
