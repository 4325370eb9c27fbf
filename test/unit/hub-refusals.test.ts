import { expect, test } from 'vitest';
import { Moved } from '../../src/hub/access.ts';
import { refusedText } from '../../src/hub/refusals.ts';

/** Refusals as the Hub words them, with what of the advice has to be in what people are told. */
test.each([
  [
    403,
    'Your storage patterns tripped our internal systems! Please contact us at website@huggingface.co',
    'free or buy storage',
  ],
  [
    403,
    'Private repository storage limit reached, please upgrade your plan to increase it',
    'free or buy storage',
  ],
  [403, 'Discussions are disabled for this repo', 'Discussions and pull requests are off'],
  [403, 'Pull requests have been disabled on this repo', 'Discussions and pull requests are off'],
  [
    403,
    "Your request to access model acme/x has been rejected by the repo's authors.",
    'have refused access',
  ],
  [
    403,
    'Please enable access to public gated repositories in your fine-grained token settings to view this repository.',
    'settings of the fine-grained token',
  ],
  [
    403,
    'Your request to access model acme/x is awaiting a review from the repo authors.',
    'nothing helps but waiting',
  ],
  [
    403,
    'Access to model acme/x is restricted and you are not in the authorized list. Visit it to ask for access.',
    'is gated',
  ],
  [401, 'Access to model acme/x is restricted. You must have access to it and be authenticated.', 'is gated'],
  [403, 'You don\'t have the rights to create a model under the namespace "acme"', 'needs "write"'],
  [403, 'Forbidden: you must use a write token to upload to a repository.', 'needs "write"'],
  [403, 'Access to this resource is disabled.', 'switched this repository off'],
  [401, 'Invalid username or password.', 'token may be old'],
])('%i "%s" is told with advice that fits it', (status, said, advice) => {
  const text = refusedText({ status, said });
  expect(text).toContain(said.replace(/\.$/, ''));
  expect(text).toContain(advice);
  if (advice !== 'needs "write"') expect(text).not.toContain('"write"');
});

test('a refusal that nothing is known of is told as the Hub words it, and nothing is advised', () => {
  expect(refusedText({ status: 403, said: 'The moon is in the wrong quarter.' })).toBe(
    'The Hub does not allow it: The moon is in the wrong quarter.',
  );
});

test.each([
  ['/api/models/acme/new/commit/main', 'acme/new'],
  ['https://huggingface.co/api/datasets/acme/new/preupload/main?x=1', 'acme/new'],
  ['/datasets/acme/new.git/info/lfs/objects/batch', 'acme/new'],
])('a repository that leads to %s is called %s', (location, id) => {
  expect(new Moved(location).message).toContain(`is called ${id} now`);
});
