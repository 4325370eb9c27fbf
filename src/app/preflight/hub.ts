import { askOverHttp, FINE, type Probe, refused } from '../../lib/probe.ts';

/** Asks the Hub whose token it is. */
export function hubProbe(hubUrl: string, token: string): Probe {
  const place = {
    who: `the Hub at ${new URL(hubUrl).host}`,
    setting: 'HF_ENDPOINT',
    url: `${hubUrl}/api/whoami-v2`,
  };
  return {
    who: place.who,
    ask: (signal) =>
      askOverHttp(place, { headers: { authorization: `Bearer ${token}` }, signal }, ({ status }) =>
        status === 401 ? refused(REFUSED) : FINE,
      ),
  };
}

const REFUSED =
  'HF_TOKEN is refused by the Hub (401): it was revoked, has run out, or was not copied as a whole. Create another one at https://huggingface.co/settings/tokens.';
