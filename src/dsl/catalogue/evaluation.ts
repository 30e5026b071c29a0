import { entry } from './entry.ts';

const model = (body: string): string => `model M(x: [8, 8, 32]) {\n  ${body}\n}\n`;
const count = (n: number, noun: string): string => (n === 1 ? `one ${noun}` : `${n} ${noun}s`);

/** Values of the wrong kind, calls that do not fit, and limits. */
export const evaluation = {
  'wrong-type': entry<{ what: string; expected: string; actual: string }>({
    severity: 'error',
    message: ({ what, expected, actual }) => `${what} must be ${expected}, not ${actual}`,
    why: 'Every parameter has a type. A whole number serves where a float is wanted, but nothing else is converted.',
    wrong: model('x |> conv2d("64", 3)'),
    right: model('x |> conv2d(64, 3)'),
  }),
  'unknown-initializer': entry<{ given: string; near: string | undefined; forms: string }>({
    severity: 'error',
    message: ({ given }) => `there is no initializer called \`${given}\``,
    help: ({ near, forms }) => (near === undefined ? `initializers are ${forms}` : `did you mean \`"${near}"\`?`),
    why: 'Weights start from one of a few distributions; docs/ops.md describes each.',
    wrong: model('x |> conv2d(64, 3, initializer: "kaiming_normal")'),
    right: model('x |> conv2d(64, 3, initializer: "he_normal")'),
  }),
  'initializer-argument': entry<{ given: string; form: string }>({
    severity: 'error',
    message: ({ given }) => `the initializer \`${given}\` does not have what it needs in its parentheses`,
    help: ({ form }) => {
      const written = `write \`"${form.replace(' or ', '"` or `"')}"\``;
      return /\d/.test(form)
        ? `${written}, with a finite number${form.startsWith('constant') ? '' : ' of at least 0'}`
        : written;
    },
    why: 'Some initializers need a number, some take `fan_in` or `fan_out`, and the others have no parentheses.',
    wrong: model('x |> conv2d(64, 3, initializer: "normal")'),
    right: model('x |> conv2d(64, 3, initializer: "normal(0.02)")'),
  }),
  'missing-argument': entry<{ callee: string; name: string; form: string }>({
    severity: 'error',
    message: ({ callee, name }) => `\`${callee}\` needs \`${name}\``,
    help: ({ form }) => `it is called as \`${form}\``,
    why: 'Inputs, and parameters without a default, have to be given at every use.',
    wrong: model('x |> conv2d(64)'),
    right: model('x |> conv2d(64, 3)'),
  }),
  'unknown-argument': entry<{ callee: string; name: string; near: string | undefined; form: string }>({
    severity: 'error',
    message: ({ callee, name }) => `\`${callee}\` has no parameter \`${name}\``,
    help: ({ near, form }) => (near === undefined ? `it is called as \`${form}\`` : `did you mean \`${near}\`?`),
    why: 'Arguments given by name have to name an input or a parameter of what is called.',
    wrong: model('x |> conv2d(64, 3, strides: 2)'),
    right: model('x |> conv2d(64, 3, stride: 2)'),
  }),
  'too-many-arguments': entry<{ callee: string; most: number; form: string }>({
    severity: 'error',
    message: ({ callee, most }) => `\`${callee}\` takes at most ${count(most, 'argument')}`,
    help: ({ form }) => `it is called as \`${form}\``,
    why: 'Arguments without a name fill inputs and parameters in their order.',
    wrong: model('x |> relu(3)'),
    right: model('x |> relu'),
  }),
  'duplicate-argument': entry<{ callee: string; name: string }>({
    severity: 'error',
    message: ({ callee, name }) => `\`${name}\` of \`${callee}\` is given twice`,
    why: 'An argument was given both by position and by name, or twice by name.',
    wrong: model('x |> conv2d(64, 3, kernel: 5)'),
    right: model('x |> conv2d(64, kernel: 5)'),
  }),
  'positional-after-named': entry<Record<string, never>>({
    severity: 'error',
    message: () => 'an argument without a name follows arguments with names',
    help: () => 'move it to the front or name it',
    why: 'Positions count from the front, so they have to come first.',
    wrong: model('x |> conv2d(filters: 64, 3)'),
    right: model('x |> conv2d(64, kernel: 3)'),
  }),
  'not-callable': entry<{ what: string }>({
    severity: 'error',
    message: ({ what }) => `${what} cannot be called`,
    help: () => 'what stands before the parenthesis, or after `|>`, has to be a layer, a block or a function',
    why: 'What stands before the parenthesis, or after `|>`, has to be a layer or a function.',
    wrong: 'const A = 3\nmodel M(x: [8, 8, 32]) {\n  x |> A\n}\n',
    right: model('x |> relu'),
  }),
  'bad-operands': entry<{ operator: string; left: string; right: string | undefined }>({
    severity: 'error',
    message: ({ operator, left, right }) =>
      right === undefined
        ? `\`${operator}\` does not apply to ${left}`
        : `\`${operator}\` does not apply to ${left} and ${right}`,
    why: 'Arithmetic works on numbers and tensors, `+` also on strings and lists; `and`, `or` and `not` on booleans; `<` on numbers.',
    wrong: 'const A = 1 + "a"\n',
    right: 'const A = "1" + "a"\n',
  }),
  'division-by-zero': entry<{ expression: string }>({
    severity: 'error',
    message: ({ expression }) => `\`${expression}\` divides by zero`,
    why: 'There is no such number.',
    wrong: 'const A = 1 / 0\n',
    right: 'const A = 1 / 2\n',
  }),
  'not-a-number': entry<{ expression: string }>({
    severity: 'error',
    message: ({ expression }) => `\`${expression}\` is not a number`,
    why: 'Some functions and powers have no real value, such as the square root of a negative number.',
    wrong: 'const A = sqrt(1 - 2)\n',
    right: 'const A = sqrt(2 - 1)\n',
  }),
  'not-a-list': entry<{ actual: string }>({
    severity: 'error',
    message: ({ actual }) => `only a list can be gone through, not ${actual}`,
    help: () => '`range(n)` is the list of the numbers from 0 to n - 1',
    why: '`for` takes the elements of a list one by one.',
    wrong: 'model M(x: [8, 8, 3]) {\n  for _i in 3 {\n    x = x |> relu\n  }\n  x\n}\n',
    right: 'model M(x: [8, 8, 3]) {\n  for _i in range(3) {\n    x = x |> relu\n  }\n  x\n}\n',
  }),
  'no-such-field': entry<{ name: string; near: string | undefined; actual: string }>({
    severity: 'error',
    message: ({ name, actual }) => `${actual} has no field \`${name}\``,
    help: ({ near }) =>
      near === undefined ? 'fields are those that the record was written with' : `did you mean \`${near}\`?`,
    why: 'Only records, and results with named outputs, have fields.',
    wrong: 'const R = { width: 3 }\nconst A = R.widht\n',
    right: 'const R = { width: 3 }\nconst A = R.width\n',
  }),
  'index-out-of-range': entry<{ index: string; length: number }>({
    severity: 'error',
    message: ({ index, length }) => `there is no element ${index} in a list of ${length}`,
    help: ({ length }) =>
      length === 0 ? 'the list is empty' : `elements count from 0 to ${length - 1}, or from -1 backwards from the end`,
    why: 'Lists are counted from 0.',
    wrong: 'const A = [1, 2][2]\n',
    right: 'const A = [1, 2][1]\n',
  }),
  'not-indexable': entry<{ actual: string }>({
    severity: 'error',
    message: ({ actual }) => `${actual} has no elements to pick from`,
    why: 'Only lists, and results with several outputs, can be indexed.',
    wrong: model('x[0]'),
    right: model('x |> slice(0, 1, axis: 0)'),
  }),
  'wrong-number-of-values': entry<{ wanted: number; actual: string }>({
    severity: 'error',
    message: ({ wanted, actual }) => `${count(wanted, 'name')} on the left, but the value is ${actual}`,
    why: 'An assignment to several names takes a value of exactly as many parts.',
    wrong: model('a, b, c = x |> split(2)\n  concat([a, b, c])'),
    right: model('a, b = x |> split(2)\n  concat([a, b])'),
  }),
  'no-value': entry<{ what: string }>({
    severity: 'error',
    message: ({ what }) => `${what} has no value`,
    help: () => 'end it with the expression that is its result; an `if` that is used as a value needs an `else`',
    why: 'The last line of a body is its result. An assignment, a `for` or an `assert` is none.',
    wrong: 'model M(x: [8, 8, 3]) {\n  x = x |> relu\n}\n',
    right: 'model M(x: [8, 8, 3]) {\n  x = x |> relu\n  x\n}\n',
  }),
  'not-a-tensor': entry<{ what: string; actual: string }>({
    severity: 'error',
    message: ({ what, actual }) => `${what} must be a tensor, not ${actual}`,
    why: 'Layers work on tensors: the inputs of the model and the results of other layers.',
    wrong: model('x + relu(3)'),
    right: model('x + relu(x)'),
  }),
  'wrong-outputs': entry<{ owner: string; declared: number; actual: string }>({
    severity: 'error',
    message: ({ owner, declared, actual }) =>
      `\`${owner}\` promises ${count(declared, 'output')}, but its body makes ${actual}`,
    help: ({ declared }) =>
      declared > 1 ? 'end the body with as many values in parentheses: `(a, b)`' : 'end the body with one tensor',
    why: 'The body of a block has to make exactly the outputs that its head declares.',
    wrong: 'model M(x: [8, 8, 3]) -> (a: [8, 8, 3], b: [8, 8, 3]) {\n  x |> relu\n}\n',
    right: 'model M(x: [8, 8, 3]) -> (a: [8, 8, 3], b: [8, 8, 3]) {\n  (x |> relu, x |> tanh)\n}\n',
  }),
  'shared-weights': entry<{ layer: string; first: string; here: string }>({
    severity: 'error',
    message: ({ layer, first, here }) =>
      `\`${layer}\` shares its weights, which are those of ${first}; here it is ${here}`,
    help: () => 'bring the input to the same number of channels first, or use a layer of its own here',
    why: 'All uses of a layer made by `shared` have the weights of its first use, so that they need the same shapes.',
    wrong: model('head = shared(conv2d(8, 3))\n  concat([x |> head, x |> conv2d(4, 1) |> head])'),
    right: model('head = shared(conv2d(8, 3))\n  concat([x |> head, x |> max_pool(3, 1, padding: "same") |> head])'),
  }),
  'tensor-in-function': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `the function \`${name}\` uses a layer`,
    help: () => 'make it a `block`',
    why: 'Functions compute plain values before the model exists: sizes, lists, choices. What makes layers is a block.',
    wrong: 'fn f(n: int) = relu(n)\nconst A = f(1)\n',
    right: 'fn f(n: int) = 2 * n\nconst A = f(1)\n',
  }),
  'condition-not-known': entry<Record<string, never>>({
    severity: 'error',
    message: () => 'this depends on numbers that only training knows',
    help: () => 'conditions and loops work on parameters, sizes and other compile-time values',
    why: 'The model is built before it runs, so a tensor cannot decide what the model is.',
    wrong: 'model M(x: [8, 8, 3]) {\n  if x { x |> relu } else { x }\n}\n',
    right: 'model M(sharp: bool = true)(x: [8, 8, 3]) {\n  if sharp { x |> relu } else { x }\n}\n',
  }),
  'too-large': entry<{ what: 'elements' | 'characters' | 'levels' | 'operations' | 'steps'; limit: number }>({
    severity: 'error',
    message: ({ what, limit }) => {
      const most = limit.toLocaleString('en');
      if (what === 'elements') return `this list, with the lists in it, would have more than ${most} elements`;
      if (what === 'characters') return `this text would have more than ${most} characters`;
      if (what === 'levels') return `this would be lists in lists more than ${most} deep`;
      return `gave up here after ${most} ${what}`;
    },
    help: ({ what }) =>
      what !== 'operations' && what !== 'steps'
        ? 'is one of the numbers larger than was meant?'
        : 'loops and uses within each other multiply: ten times ten times ten is a thousand; look for one that runs too often',
    why: 'A limit keeps a slip such as `range(1000000000)` from filling the memory, and blocks that use blocks from multiplying without end.',
    wrong: 'const A = range(1000000000)\n',
    right: 'const A = range(10)\n',
  }),
  'too-deep': entry<Record<string, never>>({
    severity: 'error',
    message: () => 'uses are nested too deeply here',
    help: () => 'a block that is passed to itself as a parameter leads here',
    why: 'Blocks may use blocks a hundred levels deep.',
    wrong: 'block B(inner: layer)(x: [H, W, C]) {\n  x |> inner(inner)\n}\nmodel M(x: [8, 8, 3]) {\n  x |> B(B)\n}\n',
    right: 'block B(inner: layer)(x: [H, W, C]) {\n  x |> inner\n}\nmodel M(x: [8, 8, 3]) {\n  x |> B(relu)\n}\n',
  }),
  'unbound-size': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `nothing says what \`${name}\` is in this shape`,
    help: ({ name }) =>
      `an input has to have \`${name}\` itself as a size, or make it a parameter; outputs may be left out`,
    why: 'A size is learned from an input axis that is just its name. From a formula such as H / 2 it cannot be told back.',
    wrong: 'block B(x: [2 * H, W, C]) -> [H, W, C] {\n  x |> max_pool([2, 1])\n}\n',
    right: 'block B(x: [H, W, C]) -> [H / 2, W, C] {\n  x |> max_pool([2, 1])\n}\n',
  }),
  'model-input-size': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `a model's input needs a known size, and \`${name}\` is none`,
    help: ({ name }) =>
      name.startsWith('...')
        ? 'write out every axis: `[224, 224, 3]`'
        : `make it a parameter with a default: \`(${name}: int = 224)\``,
    why: 'A model stands on its own, so nobody passes it a tensor that its sizes could be learned from.',
    wrong: 'model M(x: [H, W, 3]) {\n  x |> relu\n}\n',
    right: 'model M(size: int = 224)(x: [size, size, 3]) {\n  x |> relu\n}\n',
  }),
  'unknown-setting': entry<{ model: string; name: string; near: string | undefined; known: readonly string[] }>({
    severity: 'error',
    message: ({ model: name, name: setting }) => `the model \`${name}\` has no parameter \`${setting}\``,
    help: ({ near, known }) =>
      near !== undefined
        ? `did you mean \`${near}\`?`
        : known.length > 0
          ? `its parameters are ${known.map((each) => `\`${each}\``).join(', ')}`
          : 'it has no parameters',
    why: 'Settings from the command line and from training configurations set parameters of the model.',
    wrong: '',
    right: '',
  }),
  'setting-needed': entry<{ model: string; name: string }>({
    severity: 'error',
    message: ({ model: name, name: setting }) => `the model \`${name}\` needs a value for \`${setting}\``,
    help: ({ name: setting }) => `set it with \`--set ${setting}=…\`, or give the parameter a default`,
    why: 'A parameter without a default has to be set before the model can be built.',
    wrong: '',
    right: '',
  }),
};
