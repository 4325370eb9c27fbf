import { Body } from '../../adapters/web/messages.ts';
import { printed } from '../../adapters/web/printer.ts';
import type { Board } from '../../src/controller/platform-definition.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import { view } from '../../src/thread/view/view.ts';
import { MORE_STATES, STATES } from '../gallery/states.ts';

/*
 * Threads of the page that are as long as threads get, with all that stands in them: what people write, every
 * card that there is, and answers with headings, lists, tables and code.
 */

const WORDS =
  'the learning rate of this run falls too early so that its loss stays where it is while gradients of the first layers vanish and a longer warm up with half of the batch would let the small model go on with what it sees of rare labels';

/** Prose of so many characters, which differs from place to place. */
function prose(characters: number, from: number): string {
  const words = WORDS.split(' ');
  const said: string[] = [];
  for (let i = from, length = 0; length < characters; i += 7) {
    const word = words[i % words.length] ?? '';
    said.push(i % 11 === 0 ? `**${word}**` : i % 13 === 0 ? `\`${word}\`` : word);
    length += word.length + 1;
  }
  return `${said.join(' ')}.`;
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

const script = (n: number, from: number): string =>
  `\`\`\`python\n${lines(n, (i) => `loss_${from + i} = trainer.step(batch[${i}], lr=${i}e-5)  # of run ${from}`)}\n\`\`\``;

const table = (rows: number, from: number): string =>
  ['| Run | Model | Loss | Accuracy |', '| --- | :--- | ---: | ---: |']
    .concat(
      Array.from(
        { length: rows },
        (_, i) =>
          `| run-${from}-${i} | [smol-${i}](https://huggingface.co/ml/smol-${i}) | 0.${4000 + i} | 9${i % 10}.${from % 10} % |`,
      ),
    )
    .join('\n');

const list = (items: number, from: number): string =>
  lines(items, (i) => `${i % 2 === 0 ? '-' : '  -'} ${prose(90, from + i)}`);

/** Markdown of at least so many characters, of everything that answers have. */
export function longMarkdown(characters: number): string {
  const parts: string[] = [];
  for (let i = 0, length = 0; length < characters; i++) {
    const part = [
      `## Part ${i + 1}`,
      prose(700, i),
      list(6, i),
      script(20, i),
      table(8, i),
      prose(1_500, i),
    ].join('\n\n');
    parts.push(part);
    length += part.length + 2;
  }
  return parts.join('\n\n').slice(0, characters);
}

const bodiesOf = (sent: readonly Outgoing[]): Body[] =>
  sent.flatMap((one) => (one.kind === 'message' ? [Body.parse(one.body)] : []));

/** An answer as the page shows it. */
const answer = (text: string, id: number): Body[] =>
  bodiesOf(printed({ key: `answer:${id}`, exchange: 1, body: answered(text, id) }, 1));

const answered = (text: string, id: number) =>
  ({ kind: 'answer', text, isDraft: false, id, isEnd: true }) as const;

/** Whether a card waits for somebody. There is one of those at the end of a thread, if any. */
const isOpen = ({ pieces }: Body): boolean =>
  pieces.some(
    (piece) =>
      (piece.kind === 'menu' && piece.chosen !== undefined) ||
      (piece.kind === 'buttons' && piece.buttons.some(({ name }) => name === 'approve')),
  );

/** Every card that stays in a thread, once. */
const cards = (): Body[] =>
  [...STATES, ...MORE_STATES]
    .flatMap(({ snapshot }) => view(snapshot))
    .filter(({ body }) => body.kind !== 'answer')
    .flatMap((message) => bodiesOf(printed(message, 1)))
    .filter((body) => !isOpen(body));

type Posted = { author: { id: string; name: string } | undefined; body: Record<string, unknown> };

const said = (text: string, files: string[] = []): Posted => ({
  author: { id: 'you', name: 'You' },
  body: { text, files },
});

/** The messages of a thread of so many: of five one is a person's, two are cards, and two are answers. */
export function longThread(count: number): Posted[] {
  const all = cards();
  const of = (body: Body | undefined): Posted => {
    if (body === undefined) throw new Error('there is no such message');
    return { author: undefined, body };
  };
  return Array.from({ length: count }, (_, i): Posted => {
    switch (i % 5) {
      case 0:
        return said(prose(120 + ((i * 37) % 500), i), i % 20 === 0 ? ['train.csv'] : []);
      case 1:
      case 3:
        return of(all[i % all.length]);
      case 2:
        return of(answer([prose(400, i), script(12 + (i % 15), i), prose(300, i)].join('\n\n'), i)[0]);
      default:
        return of(
          answer([`### Runs ${i}`, prose(300, i), list(5, i), table(4 + (i % 8), i)].join('\n\n'), i)[0],
        );
    }
  });
}

/** Posts messages in a thread, one after another. */
export async function postAll(board: Board, thread: string, all: readonly Posted[]): Promise<void> {
  for (const [i, { author, body }] of all.entries()) {
    await board.post({ id: `${thread}-${i}`, thread, author, body, isTaken: true });
  }
  await board.entitle(thread, 'Fine-tune a small model');
}
