import type { StatsAnswer } from '@ccs/dto';
import type { StatsDatabase } from '../stats-database.repository.js';
import { Charts } from './charts.js';
import { RollupReader } from './rollup-reader.js';
import type { StatsQuestion } from './stats-question.js';
import { Summaries } from './summaries.js';

/** Answers of the statistics API, as the JSON that goes out. */
export class StatsAnswers {
  private readonly summaries: Summaries;
  private readonly charts: Charts;

  constructor(database: StatsDatabase) {
    const rollups = new RollupReader(database);
    this.summaries = new Summaries(rollups);
    this.charts = new Charts(rollups);
  }

  /** Throws `StatisticsBusyError` when it takes the database too long. */
  async answer(question: StatsQuestion): Promise<string> {
    const answer: StatsAnswer<object> = { success: true, data: await this.#dataOf(question) };
    return JSON.stringify(answer);
  }

  #dataOf(question: StatsQuestion): Promise<object> {
    switch (question.about) {
      case 'summary':
        return this.summaries.summary(question);
      case 'token-usage':
        return this.summaries.tokenUsage(question);
      case 'providers':
        return this.summaries.providers(question);
      case 'timeseries':
        return this.charts.timeseries(question);
      default:
        return question satisfies never;
    }
  }
}
