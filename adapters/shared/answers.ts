import { actionOf } from '../../src/controller/actions.ts';
import type { Answer, Taken } from '../../src/controller/answers.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { Field, Form, Given, Subject } from '../../src/controller/forms.ts';
import type { From } from '../../src/controller/from.ts';

/** A button or a menu that somebody used: its name, what came with it, and what was picked. */
export type Clicked = {
  name: string;
  values: readonly string[];
  chosen?: string | undefined;
  from: From;
};

/** Does what a button or a menu asks for. */
export const clicked = (
  { act }: Pick<Controller, 'act'>,
  { name, values, chosen, from }: Clicked,
): Promise<Answer> => act(actionOf(name, values, chosen), from);

/** How a platform gives somebody each kind of answer. */
export type AnswerWays<Reply> = {
  [Kind in Answer['kind']]: (answer: Extract<Answer, { kind: Kind }>) => Reply;
};

/** Gives an answer in a platform's way. */
export function answered<Reply>(answer: Answer, ways: AnswerWays<Reply>): Reply {
  switch (answer.kind) {
    case 'nothing':
      return ways.nothing(answer);
    case 'notice':
      return ways.notice(answer);
    case 'form':
      return ways.form(answer);
    case 'card':
      return ways.card(answer);
    case 'question':
      return ways.question(answer);
    case 'file':
      return ways.file(answer);
    default:
      return answer satisfies never;
  }
}

/** A platform's dialogs. `Place` is what one has to know of where it is opened. */
export type Dialogs<Place, Dialog, Sent> = {
  /** A form as a dialog. */
  print(form: Form, place: Place): Dialog;
  /** What a dialog is about that was sent off; undefined for one of another version. */
  subject(sent: Sent): Subject | undefined;
  /** What it was sent off with, by the names of its fields. */
  given(sent: Sent): Given;
};

/** Does what a dialog was sent off for. */
export const sentOff = <Sent>(
  { submit }: Pick<Controller, 'submit'>,
  { subject, given }: Pick<Dialogs<never, unknown, Sent>, 'subject' | 'given'>,
  sent: Sent,
  from: From,
): Promise<Taken> => submit(subject(sent), given(sent), from);

/** How a platform prints each kind of field. */
export type FieldPrinter<Control> = {
  [Kind in Field['kind']]: (field: Extract<Field, { kind: Kind }>) => Control;
};

export function printedField<Control>(field: Field, printer: FieldPrinter<Control>): Control {
  switch (field.kind) {
    case 'text':
      return printer.text(field);
    case 'choices':
      return printer.choices(field);
    case 'people':
      return printer.people(field);
    case 'files':
      return printer.files(field);
    default:
      return field satisfies never;
  }
}
