import { HttpException } from '@nestjs/common';
import {
  InvalidRequestError,
  MalformedJsonError,
  MethodNotAllowedError,
  NotFoundError,
  PermissionDeniedError,
  RequestTooLargeError,
  UnauthenticatedError,
  UnsupportedMediaTypeError,
} from '../errors/caller-errors.js';
import { GatewayError } from '../errors/gateway-error.js';
import { InternalError } from '../errors/gateway-state-errors.js';
import { DATA_PLANE_BODY_LIMIT_BYTES } from './body-parser.js';

/** Whatever was thrown, as one of our errors: ours as it is, the framework's by its code, the rest internal. */
export function toGatewayError(thrown: unknown, contentType?: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new RequestTooLargeError(DATA_PLANE_BODY_LIMIT_BYTES);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new UnsupportedMediaTypeError(contentType);
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new MalformedJsonError('it is empty');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return new InvalidRequestError('', 'The request could not be read');
    case 'ECONNRESET':
    case 'ABORT_ERR':
      return new InvalidRequestError('', 'The request body was cut off');
    default:
      return thrown instanceof HttpException ? fromHttpException(thrown) : new InternalError(thrown);
  }
}

function fromHttpException(exception: HttpException): GatewayError {
  switch (exception.getStatus()) {
    case 401:
      return new UnauthenticatedError(exception.message);
    case 403:
      return new PermissionDeniedError(exception.message);
    case 404:
      return new NotFoundError(exception.message);
    case 405:
      return new MethodNotAllowedError('This method', ['another method']);
    case 413:
      return new RequestTooLargeError(DATA_PLANE_BODY_LIMIT_BYTES);
    case 415:
      return new UnsupportedMediaTypeError(undefined);
    default:
      return exception.getStatus() < 500
        ? new InvalidRequestError('', exception.message)
        : new InternalError(exception);
  }
}
