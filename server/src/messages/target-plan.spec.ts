import { describe, expect, it } from '@jest/globals';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import type { ProviderHealthBoard } from '../providers/provider-health-board.js';
import type { ErrorClass } from '../resilience/error-class.js';
import { ProviderCondition } from '../resilience/provider-condition.js';
import type { Route } from '../routing/model-router.js';
import { TargetPlan, type Candidate } from './target-plan.js';

const SETTINGS = { failureThreshold: 2, recoveryTimeoutMs: 10_000 };

/** A few providers, what is known of them, and calls that are routed over them. */
class World {
  readonly conditions = new Map<string, ProviderCondition>();
  readonly providers = new Map<string, CatalogProvider>();

  constructor(
    readonly maxRetries = 1,
    readonly maxConcurrency: number | null = null,
  ) {}

  plan(targets: readonly string[], explicit = false): TargetPlan {
    const route: Route<CatalogProvider> = {
      targets: targets.map((each) => {
        const [name = '', model = ''] = each.split('/');
        return { provider: this.provider(name), model, tier: null };
      }),
      explicit,
    };
    const board = { conditionOf: ({ name }: CatalogProvider) => this.condition(name) };
    return new TargetPlan(route, board as unknown as ProviderHealthBoard, () => 0); // all that a plan asks of it
  }

  condition(name: string): ProviderCondition {
    const known = this.conditions.get(name);
    if (known !== undefined) return known;
    const made = new ProviderCondition(
      () => 0.5,
      this.maxConcurrency,
      () => undefined,
    );
    this.conditions.set(name, made);
    return made;
  }

  fail(name: string, errorClass: ErrorClass, now = 0, model = 'm'): void {
    const condition = this.condition(name);
    const failure = { callId: `${Math.random()}`, model, errorClass, message: '', hintSeconds: undefined };
    condition.failed(condition.begin(now), failure, SETTINGS, now);
  }

  open(name: string): void {
    this.fail(name, 'connect');
    this.fail(name, 'connect');
  }

  private provider(name: string): CatalogProvider {
    const known = this.providers.get(name);
    if (known !== undefined) return known;
    const made = { id: this.providers.size + 1, name, maxRetries: this.maxRetries } as CatalogProvider; // what a plan reads
    this.providers.set(name, made);
    return made;
  }
}

/** Runs a call whose attempts all fail with a class of their own (the last one for all that follow). */
function story(plan: TargetPlan, classes: readonly ErrorClass[], hintSeconds?: number, now = 0): string[] {
  const steps: string[] = [];
  for (let i = 0; i < 6; i++) {
    const step = plan.next(now);
    if (step === null) break;
    const { target } = step.candidate;
    steps.push(`${step.kind === 'wait' ? 'wait ' : ''}${target.provider.name}/${target.model}`);
    if (step.kind === 'wait') {
      step.candidate.drop('busy', '');
      continue;
    }
    plan.began(step.candidate, now);
    const errorClass = classes[Math.min(i, classes.length - 1)] ?? 'transient';
    plan.failed(step.candidate, { errorClass, hintSeconds, finalHere: false });
  }
  return steps;
}

const fates = (plan: TargetPlan): string[] => plan.candidates.map(({ fate }: Candidate) => fate);

describe('the plan of a call', () => {
  it.each<[ErrorClass, string[]]>([
    ['transient', ['a/m', 'a/m', 'b/m', 'b/m']],
    ['connect', ['a/m', 'b/m', 'a/m', 'b/m']],
    ['ambiguous', ['a/m', 'b/m', 'a/m', 'b/m']],
    ['overload', ['a/m', 'b/m', 'a/m', 'b/m']],
    ['throttle', ['a/m', 'a/n', 'b/m']],
    ['forbidden', ['a/m', 'a/n', 'b/m']],
    ['model_missing', ['a/m', 'a/n', 'b/m']],
    ['bad_answer', ['a/m', 'a/n']],
    ['quota', ['a/m', 'b/m']],
    ['auth', ['a/m', 'b/m']],
    ['caller', ['a/m']],
    ['mid_stream', ['a/m']],
  ])('after failures of class %s goes on like %j', (errorClass, expected) => {
    expect(story(new World().plan(['a/m', 'a/n', 'b/m']), [errorClass])).toEqual(expected);
  });

  it('asks a single target again, unless told not to', () => {
    expect(story(new World(1).plan(['a/m']), ['transient'])).toEqual(['a/m', 'a/m']);
    expect(story(new World(0).plan(['a/m']), ['transient'])).toEqual(['a/m']);
    expect(story(new World(0).plan(['a/m']), ['empty'])).toEqual(['a/m']);
    expect(story(new World(5).plan(['a/m']), ['empty'])).toHaveLength(4);
  });

  it('comes back to a throttled target only when it may do so soon', () => {
    expect(story(new World().plan(['a/m']), ['throttle'], 3)).toEqual(['a/m', 'a/m']);
    expect(story(new World().plan(['a/m']), ['throttle'], 30)).toEqual(['a/m']);
    expect(story(new World().plan(['a/m']), ['throttle'])).toEqual(['a/m']);
  });

  it('charges a second attempt at a provider to its budget, and no fallback', () => {
    const world = new World();
    const condition = world.condition('a');
    while (condition.budget.tryRetry(0));
    expect(story(world.plan(['a/m', 'a/n', 'b/m']), ['throttle'])).toEqual(['a/m', 'b/m']);
    expect(story(world.plan(['a/m', 'b/m']), ['transient'])).toEqual(['a/m', 'b/m', 'b/m']);
  });

  it('passes an open provider over, but not the last one, nor one that was named', () => {
    const world = new World();
    world.open('a');
    const plan = world.plan(['a/m', 'b/m']);
    expect(plan.next(0)?.candidate.target.provider.name).toBe('b');
    expect(fates(plan)[0]).toBe('open');
    expect(story(world.plan(['a/m']), ['quota'])).toEqual(['a/m']);
    expect(story(world.plan(['a/m', 'b/m'], true), ['quota'])).toEqual(['a/m', 'b/m']);
  });

  it('when all are open lets one call a second through, to the one that is due first', () => {
    const world = new World();
    world.open('b');
    world.fail('a', 'connect', 500);
    world.fail('a', 'connect', 500);
    const first = world.plan(['a/m', 'b/m']).next(1_500);
    expect(first).toMatchObject({
      kind: 'attempt',
      panic: true,
      candidate: { target: { provider: { name: 'b' } } },
    });
    world.condition('b').begin(1_500, true);
    const second = world.plan(['a/m', 'b/m']).next(1_600);
    expect(second).toMatchObject({ panic: true, candidate: { target: { provider: { name: 'a' } } } });
    world.condition('a').begin(1_600, true);
    expect(world.plan(['a/m', 'b/m']).next(1_700)).toBeNull();
  });

  it('leaves a cooling model alone, even if it is the only one', () => {
    const world = new World();
    world.fail('a', 'throttle');
    expect(story(world.plan(['a/m', 'b/m']), ['quota'])).toEqual(['b/m']);
    const plan = world.plan(['a/m']);
    expect(plan.next(1)).toBeNull();
    expect(plan.candidates[0]).toMatchObject({ fate: 'cooling', availableAt: 15_000 });
  });

  it('asks for a model that was missing when nobody else has it', () => {
    const world = new World();
    world.fail('a', 'model_missing');
    expect(story(world.plan(['a/m', 'b/m']), ['quota'])).toEqual(['b/m']);
    expect(story(world.plan(['a/m']), ['quota'])).toEqual(['a/m']);
    world.fail('b', 'throttle');
    expect(story(world.plan(['a/m', 'b/m']), ['quota'])).toEqual([]);
  });

  it('prefers a provider that is not overloaded', () => {
    const world = new World();
    world.fail('a', 'overload');
    expect(story(world.plan(['a/m', 'b/m']), ['quota'])).toEqual(['b/m', 'a/m']);
  });

  it('takes a free provider before it waits for a busy one', () => {
    const world = new World(1, 1);
    world.condition('a').gate.enter();
    expect(story(world.plan(['a/m', 'b/m']), ['quota'])).toEqual(['b/m', 'wait a/m']);
  });
});
