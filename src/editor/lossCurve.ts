/** The points of a curve that is drawn while it grows; thinned evenly, so that it never keeps more than a few hundred. */
import type { CurvePoint } from '../protocol/panelProtocol';

const MAX_POINTS = 400;

export class LossCurve {
  private kept: CurvePoint[] = [];
  /** One of this many points is kept. */
  private stride = 1;
  private seen = 0;

  get points(): readonly CurvePoint[] {
    return this.kept;
  }

  add(point: CurvePoint): void {
    if (this.seen++ % this.stride !== 0) {
      return;
    }
    this.kept.push(point);
    if (this.kept.length > MAX_POINTS) {
      this.kept = this.kept.filter((_, index) => index % 2 === 0);
      this.stride *= 2;
    }
  }
}
