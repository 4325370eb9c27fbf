import type { Redaction } from '../lib/redaction.ts';
import { secretsIn } from '../lib/secret-arguments.ts';
import { hasTooMuchUnseen } from '../lib/visible.ts';
import { wellFormed } from '../lib/well-formed.ts';
import {
  type ApprovalRequest,
  type Choice,
  effectiveArguments,
  previewOf,
  type ToolCall,
} from '../session/tool-calls.ts';
import {
  changeText,
  EMPTY_CHANGE,
  secretInChange,
  UNSEEN_CHANGE,
  unchangeable,
} from '../thread/words/approvals.ts';

/* What a change by people makes of a call that waits for their decision. */

/** The arguments of a call as they are now, people's changes included. */
export function argumentsOf(call: ToolCall): Record<string, unknown> {
  const parsed: unknown = JSON.parse(effectiveArguments(call));
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

/** A request in which an option was chosen, with what that makes of it. */
function withChosen(request: ApprovalRequest, { argument, becomes }: Choice, value: string): ApprovalRequest {
  const choices = request.choices?.map((one) =>
    one.argument === argument && one.value !== undefined ? { ...one, value } : one,
  );
  const made = becomes?.[value];
  if (made === undefined) return { ...request, choices };
  const { title, brief, ...estimate } = made;
  return { ...request, choices, title, brief, estimate };
}

/**
 * The call with changed arguments, or what is wrong with the changes. No words for what changed where nothing
 * did.
 */
export function applied(
  call: ToolCall,
  request: ApprovalRequest,
  changes: Readonly<Record<string, string>>,
  redaction: Redaction,
): { request: ApprovalRequest; arguments: string; changed: string } | string {
  const before = argumentsOf(call);
  const proposed: unknown = JSON.parse(call.arguments);
  const original = { ...Object(proposed), ...request.inlined }; // what was filled in, nobody has changed
  let next = request;
  const secrets = secretsIn(changes, redaction);
  if (secrets !== undefined) {
    return secretInChange(secrets);
  }
  for (const [argument, written] of Object.entries(changes)) {
    const value = wellFormed(written); // which is what is kept and shown, and so it is what runs
    const choice = request.choices?.find((item) => item.argument === argument);
    if (choice?.options.includes(value)) {
      const said = new Map([[choice.label, value]]);
      for (const { label, values } of choice.follows ?? []) said.set(label, values[value] ?? value);
      const facts = next.facts.map((fact) => ({ ...fact, value: said.get(fact.label) ?? fact.value }));
      next = { ...withChosen(next, choice, value), facts };
    } else if (request.editable?.argument === argument) {
      if (value.trim() === '') return EMPTY_CHANGE;
      if (hasTooMuchUnseen(value)) return UNSEEN_CHANGE;
      next = { ...next, preview: previewOf(value, request.editable.language) };
    } else return unchangeable(argument);
    before[argument] = value;
  }
  const changed = Object.entries(before)
    .filter(([name, value]) => value !== Reflect.get(Object(original), name))
    .map(([name, value]) => changeText(name, Reflect.get(Object(original), name), value));
  return { request: next, arguments: JSON.stringify(before), changed: changed.join(', ') };
}
