/** What is known of something the gateway leans on. `down`: it cannot do without; see each check. */
export interface DependencyState {
  readonly status: 'up' | 'degraded' | 'down';
  /** Figures and words for those who may see them. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export type DependencyStates = Readonly<Record<string, DependencyState>>;

export const up = (details: DependencyState['details'] = {}): DependencyState => ({ status: 'up', details });
export const degraded = (details: DependencyState['details']): DependencyState => ({
  status: 'degraded',
  details,
});
export const down = (details: DependencyState['details']): DependencyState => ({ status: 'down', details });
