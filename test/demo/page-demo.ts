import { HubDouble } from '../doubles/hub/server.ts';
import { type ModelScript, startModelDouble } from '../doubles/model.ts';
import { freePort } from '../support/free-port.ts';
import { PageClient } from '../support/page-client.ts';
import { BotProcess, playedBy } from './bot-process.ts';
import { ThreadPrinter } from './terminal.ts';
import { waitAloud } from './wait-aloud.ts';

const NOTE =
  '**A scripted demo.** The model, Hugging Face and its jobs are played by programs on this machine: nothing is asked of anybody, and nothing is paid. Press _Approve_ on the card, and ask which learning rate it was when the job is done.';

type Played = { model: ModelScript; course: ReturnType<HubDouble['course']> };

/** The story on the page: it is asked for, and whoever opens the address decides how it goes on. */
export async function pageDemo({ model: script, course }: Played): Promise<void> {
  const print = new ThreadPrinter((text) => process.stdout.write(text));
  const [hub, model, port] = await Promise.all([
    HubDouble.start(),
    startModelDouble(script, { chunkMs: 15, chunkSize: 12 }),
    freePort(),
  ]);
  hub.course = () => course;
  let said = '';
  print.aside('Starting the bot, with an embedded database and no services …');
  const bot = await BotProcess.start(
    { ...playedBy(hub.url, model.baseUrl), PORT: String(port), PAGE_NOTE: NOTE },
    () => print.aside('The bot was killed. Starting it again on what it left in its database …'),
    (text) => {
      said += text;
    },
  );
  const stopped = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  const addresses = () => said.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=\w+/g) ?? [];
  try {
    const first = await waitAloud(print, 'the bot to be there', () => addresses()[0]);
    const ada = new PageClient(port);
    await ada.enter(first);
    const thread = await ada.say('fine-tune a small model on stanfordnlp/imdb and tell me the accuracy');
    await waitAloud(print, 'the next address', () => addresses().length > 1);
    print.aside(`The story waits for you here: ${addresses().at(-1)}#${thread}`);
    print.aside('Ctrl-C ends it. For a session of your own: npm start');
    await stopped;
  } finally {
    await bot.stop();
    await Promise.all([hub.close(), model.close()]);
  }
}
