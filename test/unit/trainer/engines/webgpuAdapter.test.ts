import assert from 'node:assert/strict';
import { describeAdapter, isSoftwareAdapter } from '../../../../src/trainer/engines/webgpuAdapter';

const adapter = (vendor: string, architecture: string, device: string, description: string) => ({
  vendor,
  architecture,
  device,
  description,
});

describe('WebGPU adapters', () => {
  const software = [
    adapter('google', 'swiftshader', 'swiftshader-device-subzero-', 'SwiftShader driver 5.0.0'),
    adapter('mesa', '', 'llvmpipe (LLVM 15.0.6, 256 bits)', 'llvmpipe: Mesa 22.3.6'),
    adapter('mesa', '', '', 'lavapipe'),
    adapter('microsoft', 'warp', '', 'Microsoft Basic Render Driver'),
    { ...adapter('acme', '', '', ''), isFallbackAdapter: true },
  ];
  for (const info of software) {
    it(`"${info.description}" of ${info.vendor} is never called a GPU`, () => {
      assert.ok(isSoftwareAdapter(info));
      assert.match(describeAdapter(info), /^WebGPU in software, without a GPU \(.+\)$/);
    });
  }

  const hardware: [ReturnType<typeof adapter>, string][] = [
    [
      adapter('nvidia', 'ada', 'NVIDIA GeForce RTX 4070', 'NVIDIA: 550.54'),
      'WebGPU on NVIDIA GeForce RTX 4070',
    ],
    [adapter('apple', 'common-3', '', 'Metal driver on macOS'), 'WebGPU on Metal driver on macOS'],
    [adapter('intel', 'gen-12lp', '0x9a49', ''), 'WebGPU on intel gen-12lp'],
    [adapter('', '', '', ''), 'WebGPU on an unnamed adapter'],
  ];
  for (const [info, description] of hardware) {
    it(`is described as "${description}"`, () => {
      assert.ok(!isSoftwareAdapter(info));
      assert.equal(describeAdapter(info), description);
    });
  }
});
