/** Integer nano-USD throughout. */
export interface BudgetQuestion {
  readonly budget: bigint;
  /** Of settled calls. */
  readonly spent: bigint;
  readonly underWay: { readonly calls: number; readonly atMost: bigint };
  /** What the call is expected to cost. */
  readonly reserve: bigint;
}

/**
 * Whether a budget has room for one more call; null: it has.
 *
 * Beside others a call is let in only while the budget covers the most that those can cost and what is set aside for
 * this one. Where it does not, calls run one at a time, and the last of them may go over. So whatever calls do, a
 * budget is overspent by no more than one call's own cost: of those that ran together, all but the one let in last
 * were covered whole.
 *
 * `server/src/limits/limit-scripts.ts` says the same in Lua.
 */
export function findBudgetProblem({
  budget,
  spent,
  underWay,
  reserve,
}: BudgetQuestion): 'budget_spent' | 'budget_busy' | null {
  if (spent >= budget) return 'budget_spent';
  if (underWay.calls === 0) return null;
  return spent + underWay.atMost + reserve > budget ? 'budget_busy' : null;
}
