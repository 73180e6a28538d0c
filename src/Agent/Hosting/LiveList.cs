using System.Collections;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>A list that is made anew whenever somebody looks at it.</summary>
/// <typeparam name="T">Its items.</typeparam>
/// <param name="make">Makes it.</param>
internal sealed class LiveList<T>(Func<IReadOnlyList<T>> make) : IReadOnlyList<T>
{
    public int Count => make().Count;

    public T this[int index] => make()[index];

    public IEnumerator<T> GetEnumerator() => make().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
