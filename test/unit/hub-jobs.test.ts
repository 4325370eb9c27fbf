import { expect, test } from 'vitest';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { HubJob } from '../../src/hub/jobs.ts';
import { HARDWARE } from '../doubles/hub/hardware.ts';

const ended = (status: object) =>
  HubJob.parse({ id: 'j', createdAt: '2026-11-01T12:00:00.000Z', status: { stage: 'CANCELED', ...status } })
    .status.message;

test.each([
  [{ message: null }, undefined],
  [{ message: 'Job timeout' }, 'Job timeout'],
  [{ cancelReason: 'NO_CREDITS' }, 'The Hub ended it: the account has no credits left.'],
  [
    { message: 'stopped', cancelReason: 'RESOURCE_GROUP_LIMIT' },
    'The Hub ended it: the resource group has reached its limit. stopped',
  ],
  [{ cancelReason: 'SOMETHING_NEW' }, 'The Hub ended it: SOMETHING_NEW.'],
])('a job that the Hub ended says why: %j', (status, said) => {
  expect(ended(status)).toBe(said);
});

test('where the Hub can’t be asked, hardware costs what the Hub asks for it', async () => {
  const list = createHardwareList('http://127.0.0.1:1', () => 0);
  const known = (await list.all()).map(({ name, hourlyUsd }) => [name, hourlyUsd.toFixed(2)]);
  const asked = HARDWARE.map(({ name, unitCostUSD }) => [name, (unitCostUSD * 60).toFixed(2)]);
  expect(known.toSorted()).toEqual(asked.toSorted());
});
