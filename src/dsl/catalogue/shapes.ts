import { entry } from './entry.ts';
void entry;

export const shapes = {};
