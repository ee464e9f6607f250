import { Component, computed, effect, input, output, signal } from '@angular/core';

/** Minutes and seconds to go, the same in every language. Says so once, when none are left. */
@Component({
  selector: 'ccs-countdown',
  template: `<span class="time" role="timer" dir="ltr">{{ text() }}</span>`,
  styles: `
    .time {
      font-weight: 600;
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class Countdown {
  readonly seconds = input.required<number>();
  readonly elapsed = output();

  private readonly left = signal(0);
  protected readonly text = computed(() => {
    const seconds = this.left();
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  });

  constructor() {
    effect((onCleanup) => {
      const end = Date.now() + this.seconds() * 1000;
      this.left.set(Math.ceil(this.seconds()));
      const timer = setInterval(() => {
        this.left.set(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
        if (Date.now() < end) return;
        clearInterval(timer);
        this.elapsed.emit();
      }, 250);
      onCleanup(() => clearInterval(timer));
    });
  }
}
