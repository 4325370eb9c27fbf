import { createRequire } from 'node:module';
import { proxyFor } from '../../src/lib/network.ts';
import { SecureTunnelAgent, TunnelAgent } from '../../src/lib/tunnel.ts';

type Socket = new (address: string, protocols: string[], options: object) => object;

/**
 * Has the gateway's connections take the proxy. discord.js has no setting for that
 * (discordjs/discord.js#4324): the class that it makes them from is replaced by one that knows the proxy,
 * before discord.js is loaded and has taken it up.
 */
export function proxyGateway(): void {
  // From discord.js on, so that it is the very package that the gateway uses.
  const ownRequire = createRequire(import.meta.resolve('discord.js'));
  const gatewayRequire = createRequire(ownRequire.resolve('@discordjs/ws'));
  const library = gatewayRequire('ws') as { WebSocket: Socket };
  const Direct = library.WebSocket;
  library.WebSocket = class extends Direct {
    constructor(address: string, protocols: string[], options: object) {
      const proxy = proxyFor(new URL(address));
      const agent =
        proxy && (address.startsWith('wss:') ? new SecureTunnelAgent(proxy) : new TunnelAgent(proxy));
      super(address, protocols, { ...options, ...(agent ? { agent } : {}) });
    }
  };
}
