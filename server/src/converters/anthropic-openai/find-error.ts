import { isRecord, type JsonRecord } from '../json-record.js';

/**
 * Whether a 200 body, or the data of a stream's event, is not an answer but an error (specification P8): an
 * `error` or `errors` that says something, `object: "error"`, MiniMax's `base_resp`, or code and message
 * where choices should be.
 */
export function isErrorBody(body: JsonRecord): boolean {
  if (saysSomething(body['error']) || saysSomething(body['errors']) || body['object'] === 'error')
    return true;
  const baseResponse = body['base_resp'];
  if (
    isRecord(baseResponse) &&
    typeof baseResponse['status_code'] === 'number' &&
    baseResponse['status_code'] !== 0
  ) {
    return true;
  }
  return isErrorCode(body['code']) && typeof body['message'] === 'string' && !hasChoices(body);
}

function saysSomething(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  if (Array.isArray(value)) return value.length > 0;
  return isRecord(value) ? Object.keys(value).length > 0 : value === true;
}

function hasChoices(body: JsonRecord): boolean {
  return Array.isArray(body['choices']) && body['choices'].length > 0;
}

/** Some providers put `"code": 0` or `"code": 200` beside an answer. */
function isErrorCode(code: unknown): boolean {
  if (typeof code === 'string') return code.trim() !== '' && !/^[0-3]?\d{0,2}$/.test(code);
  return typeof code === 'number' && (code < 0 || code >= 400);
}
