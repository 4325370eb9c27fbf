import { SlackDouble } from './slack/server.ts';

/*
 * The Slack double as a program: node test/doubles/slack-server.ts [port] Point SLACK_API_URL at the address
 * it prints. Lines on standard input are said by Ada in #C0ML; a line that starts with "@" mentions the bot.
 * Every change of a message is printed as a line of JSON.
 */
const slack = await SlackDouble.start({ port: Number(process.argv[2] ?? 4100) });
process.stdout.write(`SLACK_API_URL=${slack.apiUrl}\n`);
slack.workspace.on('change', (message, change) =>
  process.stdout.write(`${JSON.stringify({ change, ...message })}\n`),
);

let thread: string | undefined;
process.stdin.setEncoding('utf8');
for await (const chunk of process.stdin) {
  for (const line of String(chunk)
    .split('\n')
    .filter((text) => text.trim() !== '')) {
    const isMention = line.startsWith('@');
    if (isMention) thread = slack.mention('U0ADA', 'C0ML', line.slice(1)).ts;
    else slack.say('U0ADA', 'C0ML', line, thread);
  }
}
await slack.close();
