declare const had: unique symbol;

/**
 * A token of the Hub for a workspace's work. Whatever asks the Hub takes one of these, and they come from
 * `access` alone, which knows whose account is for whom: a token of the config, or of another workspace, does
 * not compile.
 */
export type HubToken = string & { readonly [had]: true };

/** Only for what knows for whom it is. */
export const hubToken = (text: string): HubToken => text as HubToken;
