/**
 * A text in which marks look alike, however a model or a server writes them: with wide bars or narrow ones,
 * blanks of DeepSeek's or underscores, in any letters. It has as many characters as the text.
 */
export const plainMarks = (text: string): string =>
  text.replace(/[A-Z｜▁ ‹›]/g, (sign) => LIKE[sign] ?? sign.toLowerCase());

const LIKE: Readonly<Record<string, string>> = { '｜': '|', '▁': '_', ' ': '_', '‹': '<', '›': '>' };

const HARMONY_ENDS = ['<|end|>', '<|start|>', '<|channel|>', '<|return|>'];
const SOLAR_ENDS = ['<|end|>', '<|begin|>', '<|flush|>', '<|content|>'];

/** Names of elements that are thoughts. */
export const THOUGHT_NAMES =
  'think|thinking|thought|thoughts|reasoning|reflection|seed:think|mm:think|antml:thinking|longcat_think|think:opensource';

/** Other marks that open a thought, with what ends it. All marks are as `plainMarks` has them. */
export const THOUGHTS: readonly (readonly [string, readonly string[]])[] = [
  ['[think]', ['[/think]']],
  ['◁think▷', ['◁/think▷']],
  ['<|start_thinking|>', ['<|end_thinking|>']],
  ['<|inner_prefix|>', ['<|inner_suffix|>']],
  ['<unused94>thought', ['<unused95>']],
  ['<|begin_of_thought|>', ['<|end_of_thought|>']],
  ['<|channel>thought', ['<channel|>']], // Gemma 4
  ['<|channel|>thought', ['<channel|>', '<|channel|>']],
  ['<|begin|>assistant<|think|>', SOLAR_ENDS],
  ['<|think|>', ['<|/think|>', ...SOLAR_ENDS]],
  ['<|channel|>analysis<|message|>', HARMONY_ENDS],
  ['<|start|>assistant<|channel|>analysis<|message|>', HARMONY_ENDS],
  ['analysis<|message|>', HARMONY_ENDS],
];

/** What ends a thought and may begin the next part: it is looked at as such. */
export const NEXT_PARTS = ['<|start|>', '<|channel|>', '<|begin|>', '<|content|>'];

/** Marks before an answer that say only that it begins. */
export const BEGINNINGS = [
  '<|start|>assistant<|channel|>final<|message|>',
  '<|channel|>final<|message|>',
  'final<|message|>',
  '<|start|>assistant<|message|>',
  '<|start|>assistant<|channel|>commentary<|message|>',
  '<|channel|>commentary<|message|>',
  '<|message|>',
  '<|start_header_id|>assistant<|end_header_id|>',
  '<|im_assistant|>assistant<|im_middle|>',
  '<|im_middle|>',
  '<|end_header_id|>',
  '<start_of_turn>model\n',
  '<|turn>model\n',
  '<|start_response|>',
  '<|begin_of_box|>',
  '<|im_start|>assistant\n',
  '<|begin_of_solution|>',
  '<|begin_of_sentence|>',
  '<|begin_of_text|>',
  '<|assistant|>',
  '<|end|>',
  '<|begin|>assistant<|content|>',
  '<|begin|>assistant',
  '<|content|>',
  '<response>',
  '<answer>',
  '</think>',
  '</thinking>',
  '</thought>',
  '</reasoning>',
  '[/think]',
  '◁/think▷',
  ']~!b[',
  ']~b]ai\n',
  '[bos]',
  '<bos>',
];

/**
 * Marks after which nothing is text, besides those with a bar: calls, and the ends of answers. They are read
 * once all is there.
 */
export const STRUCTURES = [
  '<tool_call>',
  '</tool_call>',
  '<tool_call|>',
  '<channel|>',
  '<turn|>',
  '<tool_calls>',
  '</tool_calls>',
  '<toolcall>',
  '</toolcall>',
  '<seed:tool_call>',
  '</seed:tool_call>',
  '<longcat_tool_call>',
  '</longcat_tool_call>',
  '<start_function_call>',
  '<end_function_call>',
  '<invoke_name="',
  '<invoke>',
  '</invoke>',
  '<steptml:invoke',
  '</steptml:invoke>',
  '<minimax:tool_call>',
  '</minimax:tool_call>',
  '<function_calls>',
  '</function_calls>',
  '<function=',
  '<function_name="',
  '</function>',
  '[tool_calls]',
  'functools[',
  '<end_of_turn>',
  '<start_of_turn>',
  '</response>',
  '</answer>',
  '<eos>',
  '[eos]',
  '[eot]',
  '[e~[',
];

/** What ends a thought whose beginning stood in the prompt, with some models' templates. */
export const UNOPENED = [
  '</think>',
  '</thinking>',
  '</thought>',
  '</reasoning>',
  '</seed:think>',
  '</mm:think>',
  '</longcat_think>',
  '[/think]',
  '◁/think▷',
  '<|end_thinking|>',
  '<|end_of_thought|>',
];

/** Marks at which an answer ends, whatever a server lets through behind them. */
export const ENDS = [
  '<|im_end|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|eot|>',
  '<|eom|>',
  '<|end_of_text|>',
  '<|endoftext|>',
  '<|return|>',
  '<|call|>',
  '<|calls|>',
  '<|flush|>',
  '<|end|>',
  '<|end_of_solution|>',
  '<|end_of_box|>',
  '<|end_response|>',
  '<|end_of_turn_token|>',
  '<|role_end|>',
  '<|user|>',
  '<|observation|>',
  '<|im_user|>',
  '<|start_header_id|>',
  '<|end_of_sentence|>',
  '<|tool_outputs_begin|>',
  '<|tool_output_begin|>',
  '<end_of_turn>',
  '<start_of_turn>',
  '<|im_start|>',
  '<turn|>',
  '<eos>',
  '[eos]',
  '[eot]',
  '[e~[',
];

/** Ends of calls that are left over where a server read the call, or its beginning is missing. */
export const LEFT_OVER = [
  '</tool_call>',
  '</tool_calls>',
  '</toolcall>',
  '</seed:tool_call>',
  '</longcat_tool_call>',
  '</minimax:tool_call>',
  '</function_calls>',
  '</function>',
  '</invoke>',
  '</steptml:invoke>',
  '<tool_call|>',
  '<channel|>',
  '<end_function_call>',
  '</response>',
  '</answer>',
];
