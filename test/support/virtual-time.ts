import { z } from 'zod';

/**
 * A time that several processes agree on: it runs `factor` times as fast as the machine's since `startedAt`
 * (by the machine's clock, in ms), and is set forward by `ahead` ms, which somebody may make more.
 */
export const Time = z.object({ startedAt: z.number(), factor: z.number(), ahead: z.number() });
export type Time = z.infer<typeof Time>;

const Machine = Date;

/**
 * Makes it the time of everything in this process that asks `Date`. Timers and `performance.now()` stay as
 * they are.
 */
export function live(time: Time): void {
  const now = () => Math.round(time.startedAt + (Machine.now() - time.startedAt) * time.factor + time.ahead);
  globalThis.Date = new Proxy(Machine, {
    construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name, target)),
  });
}
