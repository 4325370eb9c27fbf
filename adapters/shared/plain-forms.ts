import type { Form } from '../../src/thread/delivery/outbound.ts';
import type { Payload } from '../../src/thread/delivery/outgoing.ts';

/** What a message says and what can be done with it, without how it looks. */
export type Bare<Control> = { text: string; controls: readonly Control[] };

/** How a platform is sent what says the same in a plainer form, which has room for so many characters. */
export type PlainForm<Control> = { room: number; bodyOf(bare: Bare<Control>, body: Payload): Payload };

/** Makes the plainer and plainer forms of a message, for a platform that does not take it as it is. */
export const plainerForms =
  <Control>(bareOf: (body: Payload) => Bare<Control>, forms: readonly PlainForm<Control>[]) =>
  (body: Payload): readonly Form[] => {
    const bare = bareOf(body);
    return forms.map(({ room, bodyOf }) => ({ body: bodyOf(bare, body), isCut: bare.text.length > room }));
  };
