import type { HardwareList } from '../../hub/hardware.ts';
import type { ParseApart } from '../../parse-apart/parse-apart.ts';
import type { ChosenSandboxes } from '../../sandbox/choose.ts';
import type { ReadFiles } from '../../session/store/read-files.ts';
import type { Tool } from '../tool.ts';
import { type BashLimits, bashTool } from './bash.ts';
import { sandboxCreateTool } from './create.ts';
import { editTool, readTool, shareFileTool, writeTool } from './files.ts';

/** The tools that work in a session's sandbox: none where there are no sandboxes. */
export function sandboxTools(
  chosen: ChosenSandboxes,
  hardware: HardwareList,
  { apart, files }: { apart: ParseApart; files: ReadFiles },
  { idleMinutes, ...limits }: BashLimits & { idleMinutes: number },
): Tool[] {
  if (chosen === undefined) return [];
  const { sandboxes } = chosen;
  return [
    bashTool(sandboxes, apart, limits),
    readTool(sandboxes, files),
    writeTool({ sandboxes, apart, files }),
    editTool({ sandboxes, apart, files }),
    shareFileTool(sandboxes),
    ...(chosen.kind === 'space' ? [sandboxCreateTool(chosen.sandboxes, hardware, idleMinutes)] : []),
  ];
}
