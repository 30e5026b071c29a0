import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hugePages } from '../../src/launch/huge-pages.ts';

const MADVISE = 'always [madvise] never\n';
const ASKED = { GLIBC_TUNABLES: 'glibc.malloc.check=3:glibc.malloc.hugetlb=2' };

test('how to ask for huge pages is told where they are for who asks, and nobody has', () => {
  const help = 'GLIBC_TUNABLES=glibc.malloc.hugetlb=1 specc train …';
  assert.equal(hugePages(MADVISE, {}, '2.36'), { given: 'madvise', asked: false, help });
  assert.is(hugePages(MADVISE, { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' }, '2.36')?.help, help);
  assert.equal(hugePages(MADVISE, ASKED, '2.36'), { given: 'madvise', asked: true, help: undefined });
});

test('nothing is advised that would change nothing', () => {
  assert.is(hugePages('[always] madvise never', {}, '2.36')?.help, undefined);
  assert.is(hugePages('always madvise [never]', {}, '2.36')?.help, undefined);
  assert.is(hugePages(MADVISE, {}, '2.34')?.help, undefined, 'glibc does not know it yet');
  assert.is(hugePages(MADVISE, {}, undefined)?.help, undefined, 'musl');
  assert.is(hugePages('', {}, '2.36'), undefined);
});

test.run();
