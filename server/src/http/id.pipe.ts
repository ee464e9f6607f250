import { Injectable, type PipeTransform } from '@nestjs/common';
import { NotFoundError } from '../errors/caller-errors.js';

const LARGEST_ID = 2 ** 31 - 1;

/** The integer id in a path; what can be none names nothing: 404. */
@Injectable()
export class IdPipe implements PipeTransform<string, number> {
  transform(text: string): number {
    const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : NaN;
    if (!(id <= LARGEST_ID)) throw new NotFoundError(`There is nothing with the id '${text.slice(0, 40)}'`);
    return id;
  }
}
