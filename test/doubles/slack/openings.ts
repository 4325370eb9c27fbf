import { SlackState } from './state.ts';
import { BOT, type SlackMessage } from './workspace.ts';

/** What people open of an app, and the button that Slack itself shows while an agent works. */
export abstract class SlackOpenings extends SlackState {
  /** A person invites the app to a channel: https://docs.slack.dev/reference/events/member_joined_channel. */
  inviteBot(inviter: string, channel: string, user: string = BOT.user_id): void {
    const joined = { user, channel, channel_type: 'C', team: BOT.team_id, inviter };
    this.deliverEvent({ type: 'member_joined_channel', ...joined, event_ts: this.workspace.nextTs() });
  }

  /** A person opens the app's Home tab. */
  openHome(user: string, team?: string): void {
    const opened = { type: 'app_home_opened', user, channel: 'D0ADA', tab: 'home' };
    this.deliverEvent({ ...opened, event_ts: this.workspace.nextTs() }, team);
  }

  /** A person opens their direct message with the app. */
  openMessages(user: string, channel = 'D0ADA'): void {
    const opened = { type: 'app_home_opened', user, channel, tab: 'messages' };
    this.deliverEvent({ ...opened, event_ts: this.workspace.nextTs() });
  }

  /**
   * A person presses the button that Slack shows while an agent works. What is streamed in the thread ends;
   * how the session stands is the app's to say.
   */
  stopSession(user: string, first: SlackMessage): void {
    if (this.standing(first) !== 'processing')
      throw new Error('nothing is being worked on there: there is no button');
    this.pressStop(user, first);
  }

  /** The same with a button that a slow phone may still show. */
  pressStop(user: string, { channel, ts: thread_ts }: SlackMessage): void {
    const streaming = this.workspace.thread(channel, thread_ts).filter(({ isStreaming }) => isStreaming);
    for (const message of streaming) message.isStreaming = false;
    this.deliverEvent({
      type: 'agent_session_stopped',
      channel,
      thread_ts,
      user,
      streaming_message_ts: streaming.map(({ ts }) => ts),
      event_ts: this.workspace.nextTs(),
    });
  }

  /**
   * A person opens the assistant panel, which apps have that are no agents: a new thread in their direct
   * message with the app.
   */
  openPanel(user: string, channel = 'D0ADA'): string {
    const thread = this.workspace.nextTs();
    this.workspace.panels.set(`${channel}/${thread}`, undefined);
    this.deliverEvent({
      type: 'assistant_thread_started',
      assistant_thread: { user_id: user, context: {}, channel_id: channel, thread_ts: thread },
      event_ts: thread,
    });
    return thread;
  }
}
