/** A process that looks for a GPU and tells what it finds; started by `webgpuAvailability`. */
import { lookHere } from './webgpu-adapter.ts';

const found = await lookHere();
process.send!(found, () => process.exit());
