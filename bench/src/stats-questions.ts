const DAY_MS = 86_400_000;

const dayBefore = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

/**
 * Every chart and list over what `seedUsage` leaves, by name: paths of the API.
 *
 * @param get one of its own answers, with the rights of an administrator
 */
export async function readQuestions(
  get: (path: string) => Promise<Response>,
): Promise<Readonly<Record<string, string>>> {
  const all = `date_from=${dayBefore(89)}`;
  const month = `date_from=${dayBefore(29)}`;
  const page = (await (await get(`/api/stats/requests?${all}&limit=1&offset=9000`)).json()) as {
    readonly data: readonly { readonly request_id: string; readonly session_id: string }[];
  };
  const { request_id: id = '', session_id: session = '' } = page.data[0] ?? {};
  const berlin = `${all}&tz=Europe/Berlin`;
  const kathmandu = `${all}&tz=Asia/Kathmandu`;
  const questions = {
    'summary, 7 days': 'summary',
    'summary, 90 days, compared': `summary?${all}&compare=previous`,
    'summary, 90 days, Kathmandu': `summary?${kathmandu}`,
    'summary, 90 days, of one user': `summary?${berlin}&user_id=1000`,
    'summary, 90 days, of one key and model': `summary?${all}&key_id=10001&model=alpha-big`,
    'token-usage, 90 days, Kathmandu': `token-usage?${kathmandu}`,
    'token-usage, 90 days, Kathmandu, of one user': `token-usage?${kathmandu}&user_id=1000`,
    'providers, 90 days, Berlin': `providers?${berlin}`,
    'providers, 90 days, of one user': `providers?${berlin}&user_id=1000`,
    'timeseries, 90 days, Berlin, by model': `timeseries?${berlin}&group_by=model`,
    'timeseries, 90 days, Kathmandu, by model': `timeseries?${kathmandu}&group_by=model`,
    'timeseries, 90 days, Berlin, top users, compared': `timeseries?${berlin}&group_by=user&compare=previous`,
    'timeseries, 90 days, Kathmandu, top keys': `timeseries?${kathmandu}&group_by=key`,
    'timeseries, 90 days, Berlin, users of a model': `timeseries?${berlin}&model=alpha-middle&group_by=user`,
    'timeseries, 90 days, Kathmandu, keys of a provider': `timeseries?${kathmandu}&provider=alpha&group_by=key`,
    'timeseries, 90 days, Berlin, models of a user': `timeseries?${berlin}&user_id=1000&group_by=model`,
    'timeseries, 90 days, Berlin, users who failed': `timeseries?${berlin}&status=error&group_by=user`,
    'timeseries, hours of 30 days, by provider': `timeseries?${month}&granularity=hour&group_by=provider`,
    'timeseries, hours of 30 days, top users': `timeseries?${month}&granularity=hour&group_by=user`,
    'timeseries, hours of 30 days, Kathmandu, by status': `timeseries?${month}&granularity=hour&group_by=status&tz=Asia/Kathmandu`,
    'timeseries, 14 days, keys of a page': `timeseries?date_from=${dayBefore(13)}&group_by=key&ids=${Array.from({ length: 25 }, (_, n) => 10_001 + 10 * n).join(',')}`,
    'requests, first page of 90 days': `requests?${all}`,
    'requests, page 180 by offset': `requests?${all}&offset=9000`,
    'requests, page 180 by cursor': `requests?${all}&cursor=${id}`,
    'requests, errors': `requests?${all}&status=error`,
    'requests, status 400 and more': `requests?${all}&status_min=400`,
    'requests, status 429': `requests?${all}&status_code=429`,
    'requests, one error code': `requests?${all}&error_code=rate_limited`,
    'requests, retried': `requests?${all}&retried=true`,
    'requests, estimated': `requests?${all}&estimated=true`,
    'requests, retried and estimated': `requests?${all}&retried=true&estimated=true`,
    'requests, converted with losses': `requests?${all}&lossy=true`,
    'requests, 30 s and longer': `requests?${all}&min_duration_ms=30000`,
    'requests, longer than any': `requests?${all}&min_duration_ms=300000`,
    'requests, errors after 30 s': `requests?${all}&status=error&min_duration_ms=30000`,
    'requests, one user': `requests?${all}&user_id=1400`,
    'requests, errors of one user': `requests?${all}&user_id=1400&status=error`,
    'requests, errors of one user at a provider': `requests?${all}&user_id=1005&provider=delta&status=error`,
    'requests, slow ones of a quiet user': `requests?${all}&user_id=1990&min_duration_ms=30700`,
    'requests, one key': `requests?${all}&key_id=14001`,
    'requests, one provider': `requests?${all}&provider=delta`,
    'requests, one model': `requests?${all}&model=delta-small`,
    'requests, one tier': `requests?${all}&tier=small`,
    'requests, a tier nobody uses': `requests?${all}&tier=none`,
    'requests, a model in a tier it has not': `requests?${all}&model=delta-small&tier=big`,
    'requests, one session': `requests?${all}&session_id=${session}`,
    'requests, search by id': `requests?q=${id.slice(0, 22)}`,
    'requests, search by session': `requests?q=${session.slice(0, 12)}`,
    'requests, search for nothing': 'requests?q=nobody-has-this',
    'request, detail': `requests/${id}`,
  };
  return Object.fromEntries(
    Object.entries(questions).map(([name, question]) => [name, `/api/stats/${question}`]),
  );
}
