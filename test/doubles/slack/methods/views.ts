import { parseHome } from '../rules.ts';
import type { Methods } from './method.ts';

/** Dialogs and the Home tab. */
export const views: Methods = {
  'views.open'({ dialogs }, { trigger_id, view }) {
    const opened = dialogs.show(String(trigger_id), view);
    return 'error' in opened ? { ok: false, ...opened } : { ok: true, view: opened };
  },

  'views.publish'({ homes }, { user_id, view }) {
    const blocks = parseHome(view);
    if (blocks === undefined) return { ok: false, error: 'invalid_arguments' };
    homes.set(String(user_id), blocks);
    return { ok: true, view: { id: 'VHOME' } };
  },
};
