using System.Reflection;

namespace Cilium.Framework.BadPlugins;

/// <summary>A backend that notes what it is asked and answers nothing.</summary>
public class Noting : DispatchProxy
{
    private Journal _journal = null!;

    internal static T Create<T>(Journal journal)
        where T : class
    {
        var made = Create<T, Noting>();
        ((Noting)(object)made)._journal = journal;
        return made;
    }

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        if (!targetMethod.IsSpecialName)
            _journal.Note(targetMethod.Name);
        return Nothing(targetMethod.ReturnType);
    }

    private static object? Nothing(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            return Activator.CreateInstance(type, Nothing(type.GetGenericArguments()[0]));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return Array.CreateInstance(type.GetGenericArguments()[0], 0);
        return type.IsValueType && type != typeof(void) ? Activator.CreateInstance(type) : null;
    }
}
