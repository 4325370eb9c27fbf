import type { AlarmRules } from '../../src/jobs/tell-alarms.ts';

/** Where no alarms are told. */
export const NO_ALARMS: AlarmRules = { areTold: () => false, wakeModel: false };
