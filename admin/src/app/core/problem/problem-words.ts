import { Service, inject } from '@angular/core';
import { TranslateService } from '@ngx-translate/core';
import type { FieldProblem, Problem } from './problem';

/** Server codes in the language of the page. The server's own words stand in for a code without a text. */
@Service()
export class ProblemWords {
  private readonly translate = inject(TranslateService);

  /** Read inside a template or `computed`, it follows the language. */
  of(problem: Pick<Problem, 'code' | 'detail'> | FieldProblem): string {
    this.translate.currentLang();
    const key = `errors.${problem.code}`;
    const words: unknown = this.translate.instant(key);
    if (typeof words === 'string' && words !== key) return words;
    return problem.detail === '' ? String(this.translate.instant('errors.unexpected')) : problem.detail;
  }
}
