/** What helps with Python's own exceptions and those of well-known packages, by the exception's name. */
export const PYTHON: Readonly<Record<string, string>> = {
  KeyError: 'nothing has that name: compare it with the columns and keys that are there',
  IndexError: 'a list is shorter than the code expects: look at the data, an empty row perhaps',
  TypeError: 'an argument does not fit: compare it with the signature in the installed version',
  AttributeError:
    'the object has no such thing in the installed version: pin the version, or change the code',
  NameError: 'a name was never set: look for a missing import or a misspelling',
  UnboundLocalError: 'a variable is used before it is set',
  ValueError: 'change the value that it names',
  AssertionError: 'a check of the code failed: look at what it compares',
  NotImplementedError: 'this does not exist for that kind: take another option',
  ZeroDivisionError: 'something is empty: look at the data and the number of steps',
  OverflowError: 'a number is too large: look at lengths and limits',
  FloatingPointError: 'lower the learning rate, or train in bf16',
  RecursionError: 'something refers to itself without an end',
  StopIteration: 'the data has ended: more data, or fewer steps',
  FileNotFoundError: 'check the path; only what the job itself has made or loaded is there',
  FileExistsError: 'another output folder, or overwrite it',
  NotADirectoryError: 'check the path: a file stands where a folder should',
  IsADirectoryError: 'check the path: a folder stands where a file should',
  PermissionError: 'write somewhere else, as below /tmp',
  UnicodeDecodeError: 'give the file’s encoding, or mend the file',
  UnicodeEncodeError: 'write as UTF-8 (PYTHONUTF8=1)',
  SyntaxError: 'mend the script at that line',
  IndentationError: 'mend the indentation of the script at that line',
  TabError: 'mend the indentation of the script at that line',
  JSONDecodeError: 'the text is no JSON: look at the file or the answer',
  OSError: 'look at the path or address that it names',
  EOFError: 'nobody can answer a question of a job: give the answer as an argument',
  KeyboardInterrupt: 'it was stopped: press Re-run to start over',
  ValidationError: 'change the setting that it names',
  PicklingError: 'something can’t be given to other processes: num_workers=0 or num_proc=1',
  CalledProcessError: 'look further up for what the command said',
  ChildFailedError: 'look further up for the process that failed first',
  ConfigAttributeError: 'change the setting that it names',
  MissingMandatoryValue: 'give the setting that it names',
};

/** What helps with anything else. */
export const OTHERWISE = 'look at the log for where, mend the script, then press Re-run';

/** They tell that something else has failed, which was told before. */
export const CONSEQUENCES: ReadonlySet<string> = new Set([
  'CalledProcessError',
  'ChildFailedError',
  'ProcessRaisedException',
  'ProcessExitedException',
  'BrokenPipeError',
  'SystemExit',
  'BrokenProcessPool',
  'EngineDeadError',
]);
