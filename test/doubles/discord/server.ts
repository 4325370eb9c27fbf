import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Listening, listen } from '../http.ts';
import { Gateway } from './gateway.ts';
import { DiscordPeople } from './people.ts';
import { answerRequest } from './rest.ts';
import type { DiscordDoubleOptions } from './state.ts';

/**
 * Discord, as far as a bot meets it: the gateway, and the REST API with its rules and rate limits. What
 * people do is a method call on it; what they would see is in `guild`.
 */
export class DiscordDouble extends DiscordPeople {
  #listening: Listening | undefined;
  #gateway: Gateway | undefined;

  private constructor(options: DiscordDoubleOptions) {
    super(options);
  }

  static async start(options: DiscordDoubleOptions = {}): Promise<DiscordDouble> {
    const double = new DiscordDouble(options);
    double.#listening = await listen((request, response) => double.#handle(request, response), options.port);
    const url = () => `${double.url.replace('http', 'ws')}/gateway`;
    double.#gateway = new Gateway(double.#listening.server, double.guild, () => double.token, url);
    return double;
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('the Discord double has not been started');
    return this.#listening.url;
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('the Discord double has not been started');
    return this.#gateway;
  }

  async close(): Promise<void> {
    this.gateway.close();
    await this.#listening?.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const [, attachment] = /^\/attachments\/(\d+)$/.exec(url.pathname) ?? [];
    if (attachment === undefined) return answerRequest(this, url, request, response);
    this.calls.push({ method: 'GET', path: url.pathname, status: 200 });
    this.#download(response, attachment);
  }

  #download(response: ServerResponse, id: string): void {
    const file = [...this.guild.messages.values()]
      .flatMap(({ attachments }) => attachments)
      .find((item) => item.id === id);
    const bytes = file?.bytes ?? this.uploads.get(id);
    response.writeHead(bytes ? 200 : 404, { 'content-type': 'application/octet-stream' });
    response.end(bytes);
  }
}
