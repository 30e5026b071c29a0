/** A process that looks for a GPU and tells what it finds; started by `askApart`. */
import { webgpuAvailability } from './webgpu-adapter.ts';

const found = await webgpuAvailability();
process.send!(found, () => process.exit());
