/** What a phone shows of a text: a link by what it is called. */
export const onPhone = (text: string): string => text.replace(/<https?:[^|<>]*\|([^<>]*)>/g, '$1');
