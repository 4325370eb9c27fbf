import { describe, expect, test } from 'vitest';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { hardwareChoice } from '../../src/tools/hf-jobs/hardware-choice.ts';

/** What there is where the Hub can't be asked. */
const ALL = await createHardwareList('http://127.0.0.1:9', () => 0).all();

const choiceOf = (flavor: string) =>
  hardwareChoice(
    ALL.find(({ name }) => name === flavor),
    ALL,
    { seconds: 7_200, said: (on) => ({ title: `Run on ${on}` }) },
  );

describe('hardware that is offered on the card of a job', () => {
  test.each([
    ['a10g-small', ['t4-small', 'l4x1', 'a10g-small', 'l40sx1', 'a100-large']],
    ['t4-small', ['t4-small', 'l4x1', 'a10g-small']],
    ['h200', ['a100-large', 'rtx-pro-6000', 'h200']],
    ['l4x4', ['l4x4', 'a10g-largex4', 'l40sx4']],
    ['cpu-basic', ['cpu-basic', 'cpu-upgrade', 'cpu-xl']],
  ])('of %s: cheaper and faster, with as many GPUs, each kind once', (flavor, offered) => {
    expect(choiceOf(flavor)?.options).toEqual(offered);
  });

  test('has its price in its name, and what the card says with it', () => {
    const choice = choiceOf('a10g-small');
    expect(choice?.value).toBe('a10g-small');
    expect(choice?.names?.l40sx1).toBe('l40sx1: L40S 48 GB · at most $3.60');
    expect(choice?.becomes?.l40sx1).toEqual({ title: 'Run on l40sx1', usd: 3.6, hourlyUsd: 1.8 });
    expect(choice?.follows?.[0]?.values.l40sx1).toBe('l40sx1 (8 vCPU, 62 GB, 1× L40S 48 GB)');
  });

  test('is none where nobody knows what it would run on', () => {
    expect(choiceOf('tpu-v9')).toBeUndefined();
  });
});
