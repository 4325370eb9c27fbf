import type { Tx } from '../db/database.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import type { Known } from './approvers.ts';
import { type DecisionRequest, decide, decideOpen, type SpokenDecision } from './decide.ts';
import { type EditRequest, editCall } from './edit-call.ts';
import {
  type DecisionDeps,
  type DecisionResult,
  type OpenCall,
  objectionTo,
  openCall,
  openIn,
  whoseToDecide,
} from './open-calls.ts';

/** Decisions on calls, checked here against who makes them. Each is committed before it is told. */
export type Decisions = {
  decide(request: DecisionRequest): Promise<DecisionResult>;
  decideOpen(tx: Tx, sessionId: string, asked: SpokenDecision, known: Known): Promise<string>;
  edit(request: EditRequest): Promise<DecisionResult>;
  objectionTo(address: ThreadAddress, by: Person): Promise<string | undefined>;
  openIn(address: ThreadAddress): Promise<OpenCall[]>;
  openCall(toolCallId: string, by: Person): ReturnType<typeof openCall>;
  whoseToDecide(address: ThreadAddress, by: Person): ReturnType<typeof whoseToDecide>;
};

/** The decisions of an installation: its record, its rules, and who is told of what was decided. */
export const createDecisions = (deps: DecisionDeps): Decisions => ({
  decide: (request) => decide(deps, request),
  decideOpen: (tx, sessionId, asked, known) => decideOpen(deps, tx, sessionId, asked, known),
  edit: (request) => editCall(deps, request),
  objectionTo: (address, by) => objectionTo(deps, address, by),
  openIn: (address) => openIn(deps, address),
  openCall: (toolCallId, by) => openCall(deps, toolCallId, by),
  whoseToDecide: (address, by) => whoseToDecide(deps, address, by),
});
