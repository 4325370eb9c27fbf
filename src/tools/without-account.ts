import type { Tool } from './tool.ts';

/**
 * The tools where there is no account on the Hub to act as: what people would be asked about is not put
 * before them, because it could not be done, and the model is told so. What only reads goes on.
 */
export const withoutAccount = (tools: readonly Tool[]): Tool[] =>
  tools.map((tool) =>
    tool.actsAsOwner
      ? {
          ...tool,
          prepare(argumentsText) {
            const prepared = tool.prepare(argumentsText);
            if (!prepared.ok || prepared.call.unasked !== undefined) return prepared;
            return { ok: false, error: NO_ACCOUNT };
          },
        }
      : tool,
  );

const NO_ACCOUNT =
  'There is no account on Hugging Face to do this with: the bot was given no token (HF_TOKEN), so it starts no jobs and changes nothing on the Hub. Tell the person that whoever runs the bot has to set HF_TOKEN and start it again; do not try this call again meanwhile.';
