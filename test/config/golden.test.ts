import { renderPlain } from '../../src/cli/render-diagnostics.ts';
import { emitConfig } from '../../src/config/emit-config.ts';
import { loadExperiment } from '../../src/config/experiment.ts';
import { golden } from '../support/golden.ts';
import { loader } from './specifications.ts';

const test = golden(
  'config',
  {
    'diagnostics.txt': ({ source }) => renderPlain(loadExperiment(source, loader).diagnostics),
    'plan.txt': ({ source }) => {
      const experiment = loadExperiment(source, loader).value;
      return experiment === undefined ? '' : emitConfig(experiment.written, source.path);
    },
  },
  '.train.yaml',
);
test.run();
