using System.Reflection;
using System.Reflection.Emit;
using Cilium.Framework.Datapath;
using Cilium.Framework.Plugins;

namespace Cilium.Framework.Core.Tests.Plugins;

/// <summary>Writes the assembly of a datapath plugin whose backend answers nothing: enough to be loaded.</summary>
internal static class EmittedDatapath
{
    /// <param name="path">File to write.</param>
    /// <param name="id">Id of its attribute; null: no attribute.</param>
    /// <param name="provides">Name that it registers.</param>
    public static void Write(string path, string? id, string provides)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(Path.GetFileNameWithoutExtension(path)), typeof(object).Assembly);
        var module = assembly.DefineDynamicModule("plugin");
        var proxy = Proxy(module);
        var plugin = Plugin(module, proxy, provides);
        if (id is not null)
            assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(CiliumPluginAttribute).GetConstructors()[0], [id, plugin]));
        assembly.Save(path);
    }

    private static Type Proxy(ModuleBuilder module)
    {
        var type = module.DefineType("Emitted.Backend", TypeAttributes.Public | TypeAttributes.Class, typeof(DispatchProxy));
        type.DefineDefaultConstructor(MethodAttributes.Public);
        var invoke = type.DefineMethod("Invoke", MethodAttributes.Family | MethodAttributes.Virtual | MethodAttributes.HideBySig, typeof(object), [typeof(MethodInfo), typeof(object[])]);
        var code = invoke.GetILGenerator();
        code.Emit(OpCodes.Ldnull);
        code.Emit(OpCodes.Ret);
        return type.CreateType();
    }

    private static Type Plugin(ModuleBuilder module, Type proxy, string provides)
    {
        var type = module.DefineType("Emitted.Plugin", TypeAttributes.Public | TypeAttributes.Class, typeof(object), [typeof(IPlugin)]);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        var factory = type.DefineMethod("Create", MethodAttributes.Public | MethodAttributes.Static, typeof(IDatapath), [typeof(IServiceProvider)]);
        var code = factory.GetILGenerator();
        var create = typeof(DispatchProxy).GetMethods().Single(method => method is { Name: nameof(DispatchProxy.Create), IsGenericMethodDefinition: true });
        code.Emit(OpCodes.Call, create.MakeGenericMethod(typeof(IDatapath), proxy));
        code.Emit(OpCodes.Ret);

        var configure = type.DefineMethod(nameof(IPlugin.Configure), MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot, typeof(void), [typeof(IPluginBuilder)]);
        code = configure.GetILGenerator();
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldstr, provides);
        code.Emit(OpCodes.Ldnull);
        code.Emit(OpCodes.Ldftn, factory);
        code.Emit(OpCodes.Newobj, typeof(Func<IServiceProvider, IDatapath>).GetConstructors()[0]);
        code.Emit(OpCodes.Callvirt, typeof(IPluginBuilder).GetMethod(nameof(IPluginBuilder.AddDatapath))!);
        code.Emit(OpCodes.Pop);
        code.Emit(OpCodes.Ret);
        return type.CreateType();
    }
}
