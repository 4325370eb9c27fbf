/** A kind of failure: how programs word it, what it is called, and what helps. */
export type Cause = {
  /** What it captures is told with the cause. */
  wording: RegExp;
  cause: string;
  /** In a few plain words, what to press or change. */
  advice: string;
  /** Follows from a failure elsewhere: it never stands in the place of one that is known. */
  isConsequence?: true;
  /** Lines below it may tell more. Of a server's status alone anything that they word takes the place. */
  isGeneral?: true | 'status';
};
