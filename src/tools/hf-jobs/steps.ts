import type { z } from 'zod';
import type { Step } from '../../session/tool-calls.ts';
import { step } from '../steps.ts';
import type { Arguments } from './arguments.ts';

/** What a call does with jobs, as people would say it. */
export function stepOf({ operation, name, hardware_flavor, ...ids }: z.infer<typeof Arguments>): Step {
  const job = `job ${ids.job_id ?? ids.scheduled_job_id ?? ''}`;
  switch (operation) {
    case 'run':
      return step('run', `${name ?? 'a job'} on ${hardware_flavor}`);
    case 'ps':
      return step('list', 'the jobs');
    case 'logs':
      return step('read', `the log of ${job}`);
    case 'inspect':
      return step('look at', job);
    case 'cancel':
      return step('cancel', job);
    case 'hardware':
      return step('look at', 'the hardware for jobs');
    case 'scheduled run':
      return step('schedule', `${name ?? 'a job'} on ${hardware_flavor}`);
    case 'scheduled ps':
      return step('list', 'the scheduled jobs');
    case 'scheduled inspect':
      return step('look at', `scheduled ${job}`);
    case 'scheduled delete':
      return step('delete', `scheduled ${job}`);
    case 'scheduled suspend':
      return step('pause', `scheduled ${job}`);
    case 'scheduled resume':
      return step('resume', `scheduled ${job}`);
    default:
      return operation satisfies never;
  }
}
