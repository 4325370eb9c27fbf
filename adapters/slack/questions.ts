import type { KnownBlock } from '@slack/types';
import { ACTIONS, questionValue } from '../../src/controller/actions.ts';
import { cut } from '../../src/lib/cut.ts';
import type { QuestionView } from '../../src/thread/view/view-message.ts';
import { questionText } from '../../src/thread/view/words.ts';
import { actions, button, section } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { STYLE } from './style.ts';

export function questionBlocks(view: QuestionView): KnownBlock[] {
  const value = questionValue(view);
  return [
    section(cut(questionText(view, STYLE), SLACK_LIMITS.sectionText - 100)),
    actions([
      button(view.fields.length > 0 ? 'Answer' : 'Accept', ACTIONS.answer, value, 'primary'),
      button('Decline', ACTIONS.decline, value),
    ]),
  ];
}
